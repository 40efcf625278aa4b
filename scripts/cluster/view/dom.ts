/** The element of the page with this id, which is known to be there. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is not in the page`);
  return found;
}

/** A new element with a class and what is in it. */
export function element(tag: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Writes only what is new: a page that is written anew loses selections and animations. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A part of an element made by {@link element}, by its class. */
export function part(of: ParentNode, className: string): HTMLElement {
  const found = of.querySelector<HTMLElement>(`.${className}`);
  if (!found) throw new Error(`.${className} is missing`);
  return found;
}
