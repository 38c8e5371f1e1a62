/** Largest payload of a job or run as JSON, with the defaults of its type. */
export const LARGEST_PAYLOAD_BYTES = 65_536;
