ALTER TABLE "match_seats" DROP CONSTRAINT "match_seats_player";--> statement-breakpoint
ALTER TABLE "lobbies" ADD COLUMN "start_due" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "match_seats" ADD COLUMN "late" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "lobbies_start_due" ON "lobbies" USING btree ("id") WHERE start_due;--> statement-breakpoint
CREATE UNIQUE INDEX "match_seats_present" ON "match_seats" USING btree ("match_id","player_id") WHERE given_up_at is null;