/** What a screen reader and a keyboard meet on a page, checked by rules that need no eye. */
import type { Page } from 'playwright-core';

/** Roles whose nodes do something, and so need a name. */
const NAMED_ROLES = new Set([
  'button',
  'checkbox',
  'combobox',
  'dialog',
  'group',
  'link',
  'listbox',
  'log',
  'region',
  'search',
  'switch',
  'textbox',
  'timer',
]);

interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

/** Everything that is wrong, in words; empty if nothing is. */
export async function audit(page: Page): Promise<string[]> {
  return [...(await namelessNodes(page)), ...(await page.evaluate(faultsOfDocument))];
}

async function namelessNodes(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
  await session.detach();
  return nodes
    .filter(({ ignored, role, name }) => !ignored && NAMED_ROLES.has(role?.value ?? '') && !name?.value.trim())
    .map(({ role }) => `a ${role?.value} without a name`);
}

/** Runs in the page, so it must be whole in itself. */
function faultsOfDocument(): string[] {
  const MIN_TARGET_PX = 24;
  const faults: string[] = [];
  const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];
  const isShown = (element: HTMLElement): boolean => element.checkVisibility() && element.getClientRects().length > 0;
  if (document.documentElement.lang === '') faults.push('no language');
  if (!document.title.endsWith('Gyre')) faults.push(`the title is "${document.title}"`);
  if (all('main').length !== 1) faults.push(`${all('main').length} main landmarks`);
  if (all('h1').length !== 1) faults.push(`${all('h1').length} headings of the first level`);
  const ids = all('[id]').map(({ id }) => id);
  faults.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `id ${id} twice`));
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'for']) {
    for (const element of all(`[${attribute}]`)) {
      const id = element.getAttribute(attribute) ?? '';
      if (!document.getElementById(id)) faults.push(`${attribute}="${id}" leads nowhere`);
    }
  }
  const levels = all('h1, h2, h3')
    .filter(isShown)
    .map(({ tagName }) => Number(tagName.slice(1)));
  if (levels.some((level, index) => level > (levels[index - 1] ?? 1) + 1))
    faults.push(`headings skip: ${levels.join()}`);
  for (const element of all('a[href], button, input, select, textarea, [tabindex]')) {
    if (element.tabIndex > 0) faults.push(`${element.outerHTML.slice(0, 80)} jumps the queue of the Tab key`);
    if (element.tabIndex >= 0 && element.closest('[aria-hidden="true"]'))
      faults.push(`${element.className} is hidden but takes the focus`);
  }
  for (const button of all('button').filter(isShown)) {
    const { width, height } = button.getBoundingClientRect();
    if (width < MIN_TARGET_PX || height < MIN_TARGET_PX)
      faults.push(`${button.textContent} is ${width} × ${height} px`);
  }
  return faults;
}

/** What makes the page wider than its window, in words; empty if it fits. */
export function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map(
        (element) =>
          `${element.className} to ${Math.round(element.getBoundingClientRect().right)} of ${clientWidth} px`,
      );
  });
}
