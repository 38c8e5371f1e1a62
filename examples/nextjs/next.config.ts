import type { NextConfig } from 'next';

const config: NextConfig = {
  // Node loads these packages itself, so that each of them exists once.
  serverExternalPackages: ['@greenvue/jobs', '@greenvue/console', 'prom-client'],
  // In development, no line in the log for each file of the console.
  logging: { incomingRequests: { ignore: [/^\/admin\/jobs\/assets\//] } },
};

export default config;
