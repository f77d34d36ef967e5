/**
 * The setting that keeps fastify from loading its compilers of JSON schemas, which take half of the time that fastify needs to
 * start. No route of Offhook has such a schema: monitors check what they receive themselves, and a mock server answers whatever
 * a script says. The build leaves the compilers out.
 */
export const WITHOUT_SCHEMAS = {
  schemaController: {
    compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse },
  },
};

function refuse(): never {
  throw new Error('a route has a JSON schema, but the program holds no compiler for it');
}
