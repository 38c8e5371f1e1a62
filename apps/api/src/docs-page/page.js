// Renders /openapi.json. Text goes in as text nodes only, so nothing in the document can become markup.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** How far schemas within schemas are written out. */
const DEEPEST = 6;

const specification = await (await fetch('/openapi.json')).json();
document.title = `${specification.info.title} API`;
byId('title').textContent = `${specification.info.title} API ${specification.info.version}`;
byId('about').textContent = specification.info.description;
byId('operations').replaceChildren(...sections());
byId('find').addEventListener('input', (event) => show(event.target.value.trim().toLowerCase()));

function byId(id) {
  return document.getElementById(id);
}

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function sections() {
  const byTag = new Map();
  for (const [path, item] of Object.entries(specification.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operation(path, method, item[method])]);
    }
  }
  return [...byTag].map(([tag, operations]) => element('section', {}, element('h2', {}, tag), ...operations));
}

function operation(
  path,
  method,
  { summary = '', description, parameters = [], requestBody, responses, security },
) {
  const needsToken = (security ?? specification.security ?? []).length > 0;
  const head = element(
    'summary',
    {},
    element('span', { class: 'method' }, method.toUpperCase()),
    element('code', {}, path),
    element('span', {}, summary),
  );
  const body = element('div', { class: 'body' });
  if (description) body.append(element('p', {}, description));
  body.append(element('p', {}, needsToken ? 'Needs a bearer token.' : 'Needs no token.'));
  if (parameters.length > 0) body.append(element('h4', {}, 'Parameters'), parameterTable(parameters));
  for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
    body.append(element('h4', {}, `Body (${type})`), element('pre', {}, written(schema)));
  }
  body.append(element('h4', {}, 'Answers'), answerTable(responses));
  const node = element('details', { 'data-find': `${method} ${path} ${summary}`.toLowerCase() }, head, body);
  return node;
}

function parameterTable(parameters) {
  const rows = parameters.map(({ name, in: where, required, schema, description = '' }) =>
    element(
      'tr',
      {},
      element('td', {}, element('code', {}, name)),
      element('td', {}, `${where}${required ? ', required' : ''}`),
      element('td', {}, element('code', {}, written(schema))),
      element('td', {}, description),
    ),
  );
  return element('table', {}, ...rows);
}

function answerTable(responses) {
  const rows = Object.entries(responses).map(([status, { description = '', content = {} }]) => {
    const schemas = Object.entries(content).filter(([type]) => type !== 'application/problem+json');
    const shown = schemas.map(([, { schema }]) => element('pre', {}, written(schema)));
    return element(
      'tr',
      {},
      element('td', {}, element('code', {}, status)),
      element('td', {}, description === 'Default Response' ? '' : description, ...shown),
    );
  });
  return element('table', {}, ...rows);
}

/** A schema in short: `{ name: string, role: "user" | "admin" }`. */
function written(schema, depth = 0) {
  if (!schema || depth > DEEPEST) return 'any';
  if (schema.$ref) return written(resolved(schema.$ref), depth + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => written(choice, depth)).join(' | ');
  if (schema.type === 'array') return `[${written(schema.items, depth)}]`;
  if (schema.properties) return writtenObject(schema, depth);
  const type = [schema.format ?? schema.type ?? 'any'].flat().join(' | ');
  return schema.default === undefined ? type : `${type} = ${JSON.stringify(schema.default)}`;
}

function writtenObject({ properties, required = [] }, depth) {
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).map(([name, property]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${indent}${name}${mark}: ${written(property, depth + 1)}`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

function resolved(reference) {
  return reference
    .slice(2)
    .split('/')
    .reduce((node, key) => node?.[key], specification);
}

function show(words) {
  for (const node of document.querySelectorAll('details')) {
    node.hidden = !node.dataset.find.includes(words);
  }
}
