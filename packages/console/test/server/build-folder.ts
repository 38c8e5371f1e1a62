import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from './temporary-folder.ts';

export const PAGE = [
  '<html><meta property="csp-nonce" nonce="__STYLE_NONCE__"><title>__CONSOLE_TITLE__</title>',
  '<script id="console-config" type="application/json">"__CONSOLE_CONFIG__"</script>',
  '<script src="./assets/index-Ab12.js"></script>',
].join('\n');
export const SCRIPT = 'console.log("a part of the program, long enough to be worth compressing");';

/** A folder as the build would leave it. Its parent has a file that no request may reach. */
export async function buildFolder(): Promise<string> {
  const parent = await temporaryFolder();
  const folder = join(parent, 'dist');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'of the server alone');
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'scheme.js'), '// scheme');
  await writeFile(join(folder, '.stamp'), 'stamp');
  await writeFile(join(folder, 'assets', 'index-Ab12.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'index-Ab12.js.gz'), gzipSync(SCRIPT));
  return folder;
}
