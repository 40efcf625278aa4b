// A process of the swarm. What its SDK clients can't reach, such as a service that was just killed, is theirs to come back
// to; nothing of it may end the process.
import { childOptions, serveParent } from '../bench/child-side.ts';
import { Crew, type CrewOptions } from './crew.ts';

const crew = new Crew(childOptions() as CrewOptions);
serveParent({
  ready: {},
  asks: {
    signIn: () => crew.signIn(),
    play: () => crew.play(),
    progress: () => crew.progress(),
    facts: () => crew.facts(),
  },
});
