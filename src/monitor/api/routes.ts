/** Every route of the API. */
import type { ApiContext } from './context.js';
import { feedRoutes } from './feed-routes.js';
import { monitorRoutes } from './monitor-routes.js';
import { pageRoutes } from './page-routes.js';
import type { Route } from './route.js';
import { runRoutes } from './run-routes.js';
import { serviceRoutes, withDocument } from './service-routes.js';

export function routesOf(context: ApiContext): readonly Route[] {
  return withDocument(
    [
      ...monitorRoutes(context),
      ...runRoutes(context),
      ...feedRoutes(context),
      ...serviceRoutes(context),
      ...pageRoutes(context),
    ],
    context.options.version,
  );
}

/** Methods that a path takes; none: there is no such path. Names in it may be anything but empty. */
export function methodsOf(routes: readonly Route[], path: string): readonly string[] {
  const methods = routes
    .filter((route) => patternOf(route.path).test(path))
    .flatMap(({ method, head }) => (head ? [method, 'HEAD'] : [method]));
  return [...new Set(methods)];
}

function patternOf(path: string): RegExp {
  const pattern = path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+').replace(/\*$/, '.*');
  return new RegExp(`^${pattern}$`);
}
