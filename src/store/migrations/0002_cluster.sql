CREATE TABLE "presence_signs" (
	"player_id" text NOT NULL,
	"incarnation" text NOT NULL,
	CONSTRAINT "presence_signs_player_id_incarnation_pk" PRIMARY KEY("player_id","incarnation")
);
--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "recorded_by" text;--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "owned_since" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "unclean_deaths" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "on_probation" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "counter" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "direct_address" text;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "compats" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "load" jsonb DEFAULT '{"clients":0,"rooms":0,"delayMs":0}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "suspect" text;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "sealed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "presence_signs_process" ON "presence_signs" USING btree ("incarnation");--> statement-breakpoint
CREATE INDEX "matches_recorded_by" ON "matches" USING btree ("recorded_by") WHERE state = 'playing';