import { calendarRules } from '../../core/calendars/check-calendar.ts';
import { defineRoute } from '../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, noContent, problems, success } from '../routing/route-docs.ts';
import { wholeEngineOptions } from '../routing/whole-engine.ts';
import {
  calendarBody,
  calendarJson,
  calendarParams,
  calendarSchema,
  calendarsSchema,
  windowOf,
} from '../views/calendar.ts';

const listCalendars = defineRoute({
  method: 'GET',
  path: '/calendars',
  need: 'read',
  doc: {
    operationId: 'listCalendars',
    summary: 'List the calendars',
    description: 'All calendars, sorted by id.',
  },
  responses: { 200: success(calendarsSchema, 'The calendars'), ...problems() },
  handle: async (_, { engine }) => ({
    status: 200,
    body: { data: (await engine.listCalendars()).map(calendarJson) },
  }),
});

const getCalendar = defineRoute({
  method: 'GET',
  path: '/calendars/:calendar_id',
  need: 'read',
  doc: {
    operationId: 'getCalendar',
    summary: 'Get a calendar',
    description: 'Its windows, with their defaults filled in.',
  },
  params: calendarParams,
  responses: { 200: success(calendarSchema, 'The calendar'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: calendarJson(await engine.getCalendar(params.calendar_id)),
  }),
});

const putCalendar = defineRoute({
  method: 'PUT',
  path: '/calendars/:calendar_id',
  need: 'admin',
  doc: {
    operationId: 'putCalendar',
    summary: 'Create or replace a calendar',
    description:
      'Omitted fields get their defaults. The jobs that use the calendar follow its new windows at once. 422: a window is not valid, or the windows leave no time free. 409: there are 100 calendars.',
  },
  params: calendarParams,
  body: calendarBody,
  bodyRule: calendarRules,
  responses: {
    200: success(calendarSchema, 'The calendar was replaced'),
    201: success(calendarSchema, 'The calendar was created', LOCATION),
    ...problems(409, ...BODY_PROBLEMS),
  },
  handle: async ({ params: { calendar_id: id }, body, context }, { engine }) => {
    const { by } = wholeEngineOptions(context);
    const input = { ...body, windows: body.windows.map(windowOf) };
    const { calendar, created } = await engine.putCalendar(id, input, { by });
    return created
      ? { status: 201, location: `/calendars/${encodeURIComponent(id)}`, body: calendarJson(calendar) }
      : { status: 200, body: calendarJson(calendar) };
  },
});

const deleteCalendar = defineRoute({
  method: 'DELETE',
  path: '/calendars/:calendar_id',
  need: 'admin',
  doc: {
    operationId: 'deleteCalendar',
    summary: 'Delete a calendar',
    description: '409: jobs use it; the detail says which.',
  },
  params: calendarParams,
  responses: { 204: noContent, ...problems(404, 409) },
  handle: async ({ params, context }, { engine }) => {
    const { by } = wholeEngineOptions(context);
    await engine.deleteCalendar(params.calendar_id, { by });
    return { status: 204 };
  },
});

/** Windows of time whose slots jobs skip or move. */
export const calendarRoutes = [listCalendars, getCalendar, putCalendar, deleteCalendar];
