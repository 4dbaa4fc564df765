// Before the first paint, and therefore not part of the bundle: the theme that was chosen on this page.
try {
  const theme = localStorage.getItem('autoweave.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme holds.
}
