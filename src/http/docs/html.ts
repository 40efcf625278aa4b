/** Text as HTML, escaped. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Escaped text with `code` marked as such. */
export function inlineMarkdown(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2b6cb0 }
@media (prefers-color-scheme: dark) { :root { --accent: #7db8f0 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem }
a { color: var(--accent) } code, pre { font: 0.875em/1.45 ui-monospace, monospace }
pre { background: var(--soft); padding: .75rem; border-radius: .4rem; overflow-x: auto }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0 } details > div { padding: 0 .9rem .6rem }
summary { padding: .5rem .9rem; cursor: pointer; overflow-wrap: anywhere } summary b { display: inline-block; min-width: 4.5rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--soft) }
`;

/** In the page itself: the path that a browser would look for an icon at is nobody's. */
const ICON = encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="12" fill="#171a33"/>' +
    '<circle cx="24" cy="24" r="16" fill="none" stroke="#8ea2ff" stroke-width="3.4" stroke-dasharray="70 30"/>' +
    '<circle cx="24" cy="24" r="5.2" fill="#ffb52e"/></svg>',
);

/** A page that needs nothing but itself. @param body HTML */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:image/svg+xml,${escapeHtml(ICON)}"><style>${STYLE}</style></head>
<body>
${body}
</body>
</html>
`;
}
