import { render } from 'preact';
import { App } from './app/app.tsx';
import { AppContext, createParts } from './app/parts.ts';

const page = document.getElementById('page');
if (!page) throw new Error('The document has no place for the page.');
render(
  <AppContext.Provider value={createParts()}>
    <App />
  </AppContext.Provider>,
  page,
);
