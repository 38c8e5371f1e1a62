import { NextResponse } from 'next/server';
import { ASK_FOR_PASSWORD, userOf } from '../login.ts';

/** Runs before every request below `/admin`. */
export function proxy(request: Request): Response {
  if (userOf(request.headers.get('authorization') ?? undefined) !== undefined) return NextResponse.next();
  return new Response('Sign in first.', { status: 401, headers: ASK_FOR_PASSWORD });
}

export const config = { matcher: '/admin/:path*' };
