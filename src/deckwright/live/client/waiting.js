// There is no deck to show yet: say why, and give way to the deck as soon as it is there.
document.body.append(window.liveMistake.overlay);
const events = new EventSource('/-live/events');
events.onmessage = async ({ data }) => {
  if (!data) return;
  window.liveMistake.show(JSON.parse(data).error);
  const { ok } = await fetch(location.pathname, { cache: 'no-store' });
  if (ok) location.reload();
};
