const texts = new WeakMap<object, string>();

/** Serializes a body that several responses share once: it is the same object for all of them. */
export function jsonText(body: object): string {
  const known = texts.get(body);
  if (known !== undefined) return known;
  const text = JSON.stringify(body);
  texts.set(body, text);
  return text;
}
