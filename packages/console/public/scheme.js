// Sets the colour scheme before anything is drawn, so that a dark page does not begin white. The name is that
// of app.tsx.
(() => {
  let kept = 'auto';
  try {
    kept = localStorage.getItem('greenvue-console-scheme') ?? 'auto';
  } catch {
    // The browser keeps nothing: then it is as the system has it.
  }
  const isDark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
