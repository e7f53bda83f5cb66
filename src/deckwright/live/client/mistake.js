// Shows what is wrong, and where; no more than that, so that a page without a deck can do it too.
window.liveMistake = ((root) => {
  const make = (name, className, ...content) => {
    const made = Object.assign(document.createElement(name), { className });
    made.append(...content);
    return made;
  };
  const place = (source) => {
    if (!root) return make('code', '', source);
    const link = make('a', '', make('code', '', source));
    link.href = `vscode://file${root}/${source}`;
    return link;
  };
  const words = (text) => text.split(/`([^`\n]+)`/).map((part, at) => (at % 2 ? make('code', '', part) : part));
  const overlay = make('div', 'live-panel live-error');
  overlay.setAttribute('role', 'alert');
  overlay.hidden = true;
  const show = (error) => {
    overlay.hidden = !error;
    if (!error) return;
    const lines = [error.excerpt.includes(error.line) ? '' : error.line, error.excerpt].filter((text) => text.trim()).map((text) => make('pre', '', text));
    const where = error.slide ? ` · ${error.slide}` : '';
    overlay.replaceChildren(make('p', '', place(error.place), where), make('p', 'live-problem', error.problem), ...lines, make('p', '', ...words(error.remedy)));
  };
  return { make, place, overlay, show };
})(document.currentScript.dataset.root);
