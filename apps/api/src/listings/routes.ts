import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ListingRow } from '../db/schema.ts';
import { pageOf } from '../rest/paging.ts';
import { requireRole, requireUnboundedAdmin } from '../rest/principal.ts';
import { forbidden, notFound } from '../rest/problem.ts';
import { noContent, problems } from '../rest/responses.ts';
import type { Listings } from './listings.ts';
import { type ListingSearch, readPage } from './pages.ts';
import {
  changesOf,
  fieldsOf,
  listedListingSchema,
  listingChangesSchema,
  listingParams,
  listingSchema,
  listingView,
  listQuery,
  newListingSchema,
} from './schemas.ts';

export interface ListingRoutesDeps {
  readonly listings: Listings;
  readonly search: ListingSearch;
}

const tags = ['Listings'];

/** `/api/listings`: all may read; signed-in users sell; the seller or an admin changes and removes. */
export function listingRoutes(deps: ListingRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(readingRoutes(deps));
    await app.register(writingRoutes(deps.listings));
  };
}

function readingRoutes(deps: ListingRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/listings',
      {
        schema: {
          tags,
          operationId: 'listListings',
          summary: 'List or search the listings',
          description:
            'Newest first, or with `q` best match first. Rows have no description: read the listing for it. The job `update_search_index` keeps the search index up to date.',
          security: [],
          querystring: listQuery,
          response: { 200: pageOf(listedListingSchema) },
        },
      },
      async (request) => readPage(deps, request.query),
    );

    app.get(
      '/api/listings/:listing_id',
      {
        schema: {
          tags,
          operationId: 'getListing',
          summary: 'Read a listing',
          security: [],
          params: listingParams,
          response: { 200: listingSchema, ...problems(404) },
        },
      },
      async (request) => listingView(await requireListing(deps.listings, request.params.listing_id)),
    );
  };
}

function writingRoutes(listings: Listings): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/listings',
      {
        schema: {
          tags,
          operationId: 'createListing',
          summary: 'Create a listing',
          body: newListingSchema,
          response: { 201: listingSchema, ...problems(403) },
        },
      },
      async (request, reply) => {
        const listing = await listings.create(requireSeller(request), fieldsOf(request.body));
        return reply.code(201).header('location', `/api/listings/${listing.id}`).send(listingView(listing));
      },
    );

    app.patch(
      '/api/listings/:listing_id',
      {
        schema: {
          tags,
          operationId: 'updateListing',
          summary: 'Change a listing',
          description: 'Omitted fields stay unchanged.',
          params: listingParams,
          body: listingChangesSchema,
          response: { 200: listingSchema, ...problems(403, 404) },
        },
      },
      async (request) => {
        const { id } = await requireOwn(listings, request, request.params.listing_id);
        return listingView((await listings.update(id, changesOf(request.body))) ?? gone());
      },
    );

    app.delete(
      '/api/listings/:listing_id',
      {
        schema: {
          tags,
          operationId: 'deleteListing',
          summary: 'Delete a listing',
          params: listingParams,
          response: { 204: noContent, ...problems(403, 404) },
        },
      },
      async (request, reply) => {
        const { id } = await requireOwn(listings, request, request.params.listing_id);
        if (!(await listings.remove(id))) gone();
        return reply.code(204).send();
      },
    );
  };
}

async function requireListing(listings: Listings, id: string): Promise<ListingRow> {
  return (await listings.get(id)) ?? gone();
}

function gone(): never {
  throw notFound('There is no such listing.');
}

/** The id of the user who sells. */
function requireSeller(request: FastifyRequest): string {
  const principal = requireRole(request, 'user');
  if (principal.kind !== 'user')
    throw forbidden('An API token cannot sell: sign in as a user, and send the access token.');
  return principal.id;
}

/** The listing, if the sender of the request may change it. The seller of a listing never changes. */
async function requireOwn(listings: Listings, request: FastifyRequest, id: string): Promise<ListingRow> {
  const principal = requireRole(request, 'user');
  const listing = await requireListing(listings, id);
  const isSeller = principal.kind === 'user' && principal.id === listing.seller_id;
  if (!isSeller && principal.role !== 'admin')
    throw forbidden('Only its seller or an admin can change a listing.');
  if (!isSeller) requireUnboundedAdmin(request);
  return listing;
}
