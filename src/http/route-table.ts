import type { Method, Route } from './route.ts';

/** What a path leads to. */
export interface RouteMatch {
  /** null: the path is known, the method isn't. */
  readonly route: Route | null;
  /** Methods of the path, as `Allow` lists them. */
  readonly allow: readonly string[];
  /** Parameters of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Template {
  readonly segments: readonly string[];
  readonly routes: ReadonlyMap<Method, Route>;
}

const PARAMETER = /^\{([A-Za-z]\w*)\}$/;
const PATH = /^(?:\/(?:[A-Za-z0-9._-]+|\{[A-Za-z]\w*\}))+$/;

/** All routes. Where two paths fit, the one with fewer parameters wins. */
export class RouteTable {
  readonly routes: readonly Route[];
  readonly #templates: readonly Template[];

  /** @throws Error for a path that can't be one, or two routes for the same method and path */
  constructor(routes: readonly Route[]) {
    this.routes = routes;
    const byPath = Map.groupBy(routes, ({ path }) => path.replaceAll(/\{\w+\}/g, '{}'));
    this.#templates = [...byPath.values()]
      .flatMap(toTemplates)
      .toSorted((a, b) => parameterCount(a) - parameterCount(b));
  }

  /** @param method as it came; HEAD leads to GET */
  match(method: string, path: string): RouteMatch | null {
    const segments = path.replace(/\/$/, '').split('/').map(decode);
    const fitting = this.#templates.filter((template) => fits(template, segments));
    if (fitting.length === 0) return null;
    const wanted = (method === 'HEAD' ? 'GET' : method) as Method;
    const template = fitting.find(({ routes }) => routes.has(wanted));
    return {
      route: template?.routes.get(wanted) ?? null,
      allow: allowed(fitting),
      params: template ? paramsOf(template, segments) : {},
    };
  }
}

function toTemplates(routes: readonly Route[]): Template[] {
  const byMethod = new Map<Method, Route>();
  for (const route of routes) {
    if (!PATH.test(route.path)) throw new Error(`${route.path} can't be the path of a route`);
    if (byMethod.has(route.method)) throw new Error(`${route.method} ${route.path} is defined twice`);
    byMethod.set(route.method, route);
  }
  // The same path may name its parameters differently for each method.
  return [...byMethod].map(([method, route]) => ({
    segments: route.path.split('/'),
    routes: new Map([[method, route]]),
  }));
}

function parameterCount({ segments }: Template): number {
  return segments.filter((segment) => PARAMETER.test(segment)).length;
}

function fits({ segments }: Template, actual: readonly string[]): boolean {
  if (segments.length !== actual.length) return false;
  return segments.every((segment, i) => (PARAMETER.test(segment) ? actual[i] !== '' : segment === actual[i]));
}

function paramsOf({ segments }: Template, actual: readonly string[]): Readonly<Record<string, string>> {
  const entries = segments.map((segment, i) => [PARAMETER.exec(segment)?.[1], actual[i] ?? ''] as const);
  return Object.fromEntries(entries.flatMap(([name, value]) => (name === undefined ? [] : [[name, value]])));
}

function allowed(templates: readonly Template[]): readonly string[] {
  const methods = new Set<string>(templates.flatMap(({ routes }) => [...routes.keys()]));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods.add('OPTIONS')].toSorted();
}

/** A segment that isn't valid is left as it is: it fits no id, so it is simply not found. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
