// A process of the swarm: some of its groups, driven through the SDK, reported as plain facts.
import { childOptions, serveParent } from '../bench/child-side.ts';
import { Crew, type CrewOptions } from './crew.ts';

const crew = new Crew(childOptions() as CrewOptions);
serveParent({
  ready: {},
  asks: {
    signIn: () => crew.signIn(),
    play: () => crew.play(),
    endPlay: () => crew.endPlay(),
    progress: () => crew.progress(),
    facts: () => crew.facts(),
  },
});
