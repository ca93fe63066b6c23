import { ON_DOCKER } from '../../fixtures/product/sandbox.ts'
import * as docker from './docker-controls.ts'
import * as native from './native-controls.ts'

/** What takes a guard out of the build: on the suite's own sandbox, which has guards of its own for the same. */
export const { NO_NETWORK, NO_SECCOMP, NO_USER, NO_CLEARING, UNTIED } = ON_DOCKER ? docker : native
export { first, NO_POLICY, WITH_INTERFACE } from './patches.ts'
