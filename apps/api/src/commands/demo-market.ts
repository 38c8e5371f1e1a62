import { base, en, Faker } from '@faker-js/faker';
import type { QueuedNotification } from '../db/outbox.ts';
import type { Condition, NewListing } from '../db/schema.ts';
import { CITIES, SORTS } from './demo-things.ts';

/** How much is in a demo market. */
export interface MarketSize {
  readonly sellers: number;
  readonly listings: number;
  readonly notifications: number;
}

/** Somebody who sells. No mail ever leaves for one: `example.com` is nobody's (RFC 2606). */
export interface Seller {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly city: string;
  readonly createdAt: number;
}

/** All of a demo market, the listings from the oldest to the newest. */
export interface Market {
  readonly sellers: readonly Seller[];
  readonly listings: readonly NewListing[];
  readonly notifications: readonly QueuedNotification[];
  /** How many of the listings are more than {@link EXPIRY_DAYS} days old. */
  readonly expired: number;
  /** How many of the notifications are due now; the others are within the hour. */
  readonly due: number;
}

/** Listings older than this are what the cleanup of the demo removes. */
export const EXPIRY_DAYS = 30;

const SEED = 20_260_131;
const EXPIRED_SHARE = 0.15;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLDEST_DAYS = 75;

/** Makes up a market. The same size and time give the same one, to the letter. */
export function makeMarket(size: MarketSize, now: number): Market {
  const faker = new Faker({ locale: [en, base], seed: SEED });
  const sellers = Array.from({ length: size.sellers }, (_, at) => makeSeller(faker, at, now));
  const expired = Math.round(size.listings * EXPIRED_SHARE);
  const ages = Array.from({ length: size.listings }, (_, at) => ageMs(faker, at < expired));
  const listings = ages
    // As in a market that grew: what is newer comes later.
    .toSorted((a, b) => b - a)
    .map((age) => makeListing(faker, sellerAmong(faker, sellers), now - age));
  const due = Math.ceil(size.notifications / 2);
  const notifications = Array.from({ length: size.notifications }, (_, at) =>
    makeNotification(faker, {
      to: sellerAmong(faker, sellers),
      about: faker.helpers.arrayElement(listings).title,
      dueAt: at < due ? now - faker.number.int(DAY_MS) : now + faker.number.int(HOUR_MS),
    }),
  );
  return { sellers, listings, notifications, expired, due };
}

function makeSeller(faker: Faker, at: number, now: number): Seller {
  const createdAt = now - faker.number.int({ min: OLDEST_DAYS * DAY_MS, max: 900 * DAY_MS });
  const name = `${faker.person.firstName()} ${faker.person.lastName()}`;
  return {
    id: faker.string.uuid({ version: 7, refDate: createdAt }),
    email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}.${at + 1}@example.com`,
    name,
    city: faker.helpers.arrayElement(CITIES),
    createdAt,
  };
}

/** Squared, so that a few sell much and most sell little. */
function sellerAmong(faker: Faker, sellers: readonly Seller[]): Seller {
  const at = Math.floor(faker.number.float({ min: 0, max: 0.999_999 }) ** 2 * sellers.length);
  const seller = sellers[at];
  if (seller === undefined) throw new Error('a market needs a seller');
  return seller;
}

/**
 * An hour from the line on either side, so that the counts still hold when the server is started a little
 * later.
 */
function ageMs(faker: Faker, isExpired: boolean): number {
  const line = EXPIRY_DAYS * DAY_MS;
  if (isExpired) return faker.number.int({ min: line + HOUR_MS, max: OLDEST_DAYS * DAY_MS });
  return faker.number.int({ min: 60_000, max: line - HOUR_MS });
}

/** What a thing in that condition still fetches, and what its seller says of it. */
const CONDITIONS: readonly {
  readonly weight: number;
  readonly value: { condition: Condition; worth: number; says: string };
}[] = [
  { weight: 1, value: { condition: 'new', worth: 1, says: 'Never used, an unwanted gift.' } },
  { weight: 3, value: { condition: 'like_new', worth: 0.9, says: 'Hardly used, looks like new.' } },
  { weight: 5, value: { condition: 'good', worth: 0.7, says: 'Used with care, in good order.' } },
  { weight: 3, value: { condition: 'fair', worth: 0.5, says: 'Has lived a little, works as it should.' } },
  { weight: 1, value: { condition: 'poor', worth: 0.25, says: 'For somebody who likes to repair things.' } },
];

function makeListing(faker: Faker, seller: Seller, createdAt: number): NewListing {
  const pick = <T>(from: readonly T[]): T => faker.helpers.arrayElement(from);
  const sort = pick(SORTS);
  const [noun, from, to] = pick(sort.things);
  const maker = pick(sort.makers);
  const trait = pick(sort.traits);
  const { condition, worth, says } = faker.helpers.weightedArrayElement(CONDITIONS);
  const title = pick([`${maker} ${noun}, ${trait}`, `${trait} ${noun} by ${maker}`, `${maker} ${noun}`]);
  const gist = `${capitalised(noun)} by ${maker}: ${trait}.`;
  const remarks = faker.helpers.arrayElements(sort.remarks, { min: 1, max: 3 });
  const handover = pick([
    `Pick it up in ${seller.city}.`,
    `Can be sent, or collected in ${seller.city}.`,
    `Cash on collection in ${seller.city}; come and try it first.`,
  ]);
  // Even on a logarithmic scale: most things cost little.
  const euros = from * (to / from) ** faker.number.float() * worth;
  return {
    id: faker.string.uuid({ version: 7, refDate: createdAt }),
    seller_id: seller.id,
    title: capitalised(title),
    description: [gist, says, ...remarks, handover].join(' '),
    category: sort.category,
    price_cents: Math.max(1, Math.round(euros)) * 100,
    currency: 'EUR',
    condition,
    location: seller.city,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function makeNotification(
  faker: Faker,
  { to, about, dueAt }: { readonly to: Seller; readonly about: string; readonly dueAt: number },
): QueuedNotification {
  const buyer = faker.person.firstName();
  const news = faker.helpers.arrayElement([
    { title: `${buyer} asks about "${about}"`, message: `Is it still to be had? I could come on Saturday.` },
    { title: `A new offer for "${about}"`, message: `${buyer} offers a little less than you ask.` },
    { title: `"${about}" is on ${buyer}'s watch list`, message: `A lower price may sell it this week.` },
  ]);
  return {
    id: faker.string.uuid({ version: 7, refDate: dueAt }),
    userId: to.id,
    email: to.email,
    template: 'default',
    data: news,
    dueAt,
  };
}
