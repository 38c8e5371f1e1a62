/** The page that replaces the console until it is built. `nonce`: of its style. */
export function notBuiltPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>The console is not built</title>
    <style nonce="${nonce}">
      body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; box-sizing: border-box;
        font: 1rem/1.6 system-ui, sans-serif; background: light-dark(#f6f8f7, #171a19); color: light-dark(#1a211d, #dbe0dd); }
      main { max-width: 34rem; }
      h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 0.75rem; }
      pre { padding: 0.75rem 1rem; border-radius: 6px; overflow-x: auto;
        background: light-dark(#fff, #1e2221); border: 1px solid light-dark(#dfe5e2, #303634); }
    </style>
  </head>
  <body>
    <main>
      <h1>The console is not built yet</h1>
      <p>The API and its jobs run; only the files of this page are missing. The npm package contains them: if it was
        installed from npm, install it again. In a clone of its repository, <code>npm start</code> builds them before
        the server starts. To build them now, while the server runs:</p>
      <pre><code>npm run console</code></pre>
      <p>Then reload this page. If the build fails, it says why. The REST API can do everything that the console can.</p>
    </main>
  </body>
</html>
`;
}
