import type { NextConfig } from 'next';

const config: NextConfig = {
  // Node loads these packages itself, so that each of them exists once.
  serverExternalPackages: ['@greenvue/jobs', '@greenvue/console', 'prom-client'],
};

export default config;
