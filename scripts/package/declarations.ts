import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'rolldown/utils';

/** The declarations of one name, without their comments. An overloaded function has several. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
  /** All declarations of the package that the text names. */
  readonly mentions: readonly Declaration[];
}

/** A name of another module: of a file of the package, or of a package. */
interface Origin {
  readonly from: string;
  readonly name: string;
}

interface DeclarationFile {
  readonly path: string;
  readonly texts: ReadonlyMap<
    string,
    readonly { readonly text: string; readonly names: readonly string[] }[]
  >;
  readonly imports: ReadonlyMap<string, Origin>;
  /** From the exported name to the local name, or to a name of another module. */
  readonly exports: ReadonlyMap<string, string | Origin>;
}

/** Reads built `.d.ts` files, and follows names from file to file. */
export class Declarations {
  readonly #files = new Map<string, DeclarationFile>();
  readonly #found = new Map<string, Declaration>();

  /** What a file exports, by exported name. A name of another package is a declaration without mentions. */
  exportsOf(path: string): ReadonlyMap<string, Declaration> {
    const { exports } = this.#file(path);
    return new Map([...exports.keys()].map((name) => [name, this.#exported(path, name)]));
  }

  #exported(path: string, name: string): Declaration {
    const target = this.#file(path).exports.get(name);
    if (target === undefined) throw new Error(`${path} does not export ${name}.`);
    return typeof target === 'string' ? this.#local(path, target) : this.#at(path, target);
  }

  #at(path: string, { from, name }: Origin): Declaration {
    if (!from.startsWith('.')) return { name, text: `{ ${name} } from '${from}';`, mentions: [] };
    return this.#exported(join(dirname(path), from.replace(/\.js$/, '.d.ts')), name);
  }

  #local(path: string, name: string): Declaration {
    const { texts, imports } = this.#file(path);
    const origin = imports.get(name);
    if (origin !== undefined) return this.#at(path, origin);
    const known = this.#found.get(`${path} ${name}`);
    if (known !== undefined) return known;
    const parts = texts.get(name);
    if (parts === undefined) throw new Error(`${path} does not declare ${name}.`);
    const mentions: Declaration[] = [];
    const found = { name, text: parts.map(({ text }) => text).join('\n'), mentions };
    // Before its mentions are read: types may name each other.
    this.#found.set(`${path} ${name}`, found);
    const names = new Set(parts.flatMap((part) => part.names));
    for (const mentioned of names) {
      if (mentioned === name || !(texts.has(mentioned) || imports.get(mentioned)?.from.startsWith('.')))
        continue;
      mentions.push(this.#local(path, mentioned));
    }
    return found;
  }

  #file(path: string): DeclarationFile {
    const file = this.#files.get(path) ?? readDeclarationFile(path);
    this.#files.set(path, file);
    return file;
  }
}

function readDeclarationFile(path: string): DeclarationFile {
  const source = readFileSync(path, 'utf8');
  const { program, comments, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const code = blank(source, comments);
  const texts = new Map<string, { readonly text: string; readonly names: readonly string[] }[]>();
  const imports = new Map<string, Origin>();
  const exports = new Map<string, string | Origin>();
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const specifier of statement.specifiers) {
        imports.set(specifier.local.name, { from: statement.source.value, name: importedName(specifier) });
      }
    } else if (statement.type === 'ExportNamedDeclaration' && statement.declaration === null) {
      const from = statement.source?.value;
      for (const { local, exported } of statement.specifiers) {
        exports.set(nameOf(exported), from === undefined ? nameOf(local) : { from, name: nameOf(local) });
      }
    } else {
      const isExported = statement.type === 'ExportNamedDeclaration';
      const declared = isExported ? statement.declaration : statement;
      for (const name of declaredNames(declared)) {
        const text = tidy(code.slice(declared?.start, declared?.end));
        const names = namesIn({ ...program, body: [statement] });
        texts.set(name, [...(texts.get(name) ?? []), { text, names }]);
        if (isExported) exports.set(name, name);
      }
    }
  }
  return { path, texts, imports, exports };
}

function importedName(specifier: ESTree.ImportDeclarationSpecifier): string {
  return specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : '*';
}

function nameOf(node: ESTree.ModuleExportName): string {
  return node.type === 'Literal' ? node.value : node.name;
}

/** Throws on a statement that a bundle of types does not have. */
function declaredNames(node: ESTree.Statement | ESTree.Declaration | null): readonly string[] {
  switch (node?.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSEnumDeclaration':
      return node.id === null ? [] : [node.id.name];
    default:
      throw new Error(`The API report cannot show a ${node?.type}.`);
  }
}

/** The names that types, `typeof` and `extends` refer to. */
function namesIn(program: ESTree.Program): readonly string[] {
  const names: string[] = [];
  const add = (node: ESTree.Node) => {
    if (node.type === 'Identifier') names.push(node.name);
    else if (node.type === 'TSQualifiedName') add(node.left);
  };
  new Visitor({
    TSTypeReference: ({ typeName }) => add(typeName),
    TSTypeQuery: ({ exprName }) => add(exprName),
    TSInterfaceHeritage: ({ expression }) => add(expression),
    TSClassImplements: ({ expression }) => add(expression),
    ClassDeclaration: ({ superClass }) => superClass !== null && add(superClass),
  }).visit(program);
  return names;
}

/** The source with spaces in place of its comments, so that positions stay. */
function blank(
  source: string,
  comments: readonly { readonly start: number; readonly end: number }[],
): string {
  return comments.reduce(
    (text, { start, end }) => text.slice(0, start) + ' '.repeat(end - start) + text.slice(end),
    source,
  );
}

function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}
