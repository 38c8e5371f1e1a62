import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

const FILES = [
  { family: 'Inter Variable', file: 'inter-ui/variable/InterVariable.woff2' },
  {
    family: 'JetBrains Mono Variable',
    file: '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  },
];

/**
 * A style sheet for the pages of the pictures. The console uses the fonts of the system, and the browser of
 * the pictures has none that people know. It has no scroll bars, either, so none needs space.
 */
export function pictureStyle(): string {
  const faces = FILES.map(({ family, file }) => {
    const data = readFileSync(resolve(file)).toString('base64');
    return `@font-face { font-family: "${family}"; font-weight: 100 900; src: url(data:font/woff2;base64,${data}) format("woff2"); }`;
  });
  return `${faces.join('\n')}
    html {
      scrollbar-gutter: auto !important;
    }
    :root {
      --mantine-font-family: "Inter Variable", sans-serif !important;
      --mantine-font-family-headings: "Inter Variable", sans-serif !important;
      --mantine-font-family-monospace: "JetBrains Mono Variable", monospace !important;
    }`;
}
