// Loaded before a program: its server then keeps idle connections for a minute, longer than a test waits for
// its end.
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { createServer } = http;
http.createServer = (...args) => Object.assign(createServer(...args), { keepAliveTimeout: 60_000 });
syncBuiltinESMExports();
