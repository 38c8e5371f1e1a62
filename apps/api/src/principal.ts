import type { Role } from './db/schema.ts';

/** Who sent a request. An API token acts for itself: its id is the token's, and no user's. */
export interface Principal {
  readonly id: string;
  readonly role: Role;
  readonly kind: 'user' | 'api_token';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent without a token. A request with a bad token never reaches a route. */
    principal: Principal | undefined;
  }
}
