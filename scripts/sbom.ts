// Writes the bills of materials of a release into dist/sbom, and prints the path of each: `npm run -s sbom`.
import { writeReleaseSboms } from './package/sbom.ts';

for (const file of writeReleaseSboms()) process.stdout.write(`${file}\n`);
