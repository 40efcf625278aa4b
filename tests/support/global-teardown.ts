import { tearDownRun } from './global-setup.ts';

export default tearDownRun;
