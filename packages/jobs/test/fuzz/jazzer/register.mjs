// Loaded before Jazzer.js, with --import. Of hooks that are registered this way, the last one runs first.
import { register } from 'node:module';

register('./strip-types.ts', import.meta.url);
