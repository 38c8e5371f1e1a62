// A process that sends requests at a fixed rate. Its argument is an `OpenLoop` as JSON; it prints a `LoadResult`.
import { type OpenLoop, runOpenLoop } from './open-loop.ts';

const load: OpenLoop = JSON.parse(process.argv[2] ?? '');
process.stdout.write(JSON.stringify(await runOpenLoop(load)));
process.exit();
