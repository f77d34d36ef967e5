/** The options a script can give, by their names: what each has to be. */
import { ruleProblem, type OptionsName, type Problem, type Validator } from './options.js';
import * as validators from './validators.gen.js';

export type ScriptOptions = Exclude<OptionsName, 'projectFile'>;

/** What is wrong with an options object; `undefined` when nothing is, or where it is no object. */
export function optionsProblem(name: ScriptOptions, options: unknown): Problem | undefined {
  const validate = validators[name] as Validator;
  return ruleProblem({ name, schema: validators.SHAPES[name], validate }, options);
}
