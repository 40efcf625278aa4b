CREATE TABLE "idempotency_keys" (
	"player_id" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"status" smallint NOT NULL,
	"headers" jsonb NOT NULL,
	"body" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_player_id_method_path_key_pk" PRIMARY KEY("player_id","method","path","key")
);
--> statement-breakpoint
CREATE TABLE "lobbies" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"game" text NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"reason" text,
	"locked" boolean DEFAULT false NOT NULL,
	"private" boolean DEFAULT false NOT NULL,
	"password_hash" text,
	"code" text NOT NULL,
	"host_id" text NOT NULL,
	"start_mode" text NOT NULL,
	"min_players" smallint NOT NULL,
	"max_players" smallint NOT NULL,
	"member_count" smallint NOT NULL,
	"settings" jsonb NOT NULL,
	"data_public" jsonb NOT NULL,
	"data_members" jsonb NOT NULL,
	"countdown_ends_at" timestamp (3) with time zone,
	"match_id" text,
	"last_match_id" text,
	"empty_since" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lobby_bans" (
	"lobby_id" text NOT NULL,
	"player_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lobby_bans_lobby_id_player_id_pk" PRIMARY KEY("lobby_id","player_id")
);
--> statement-breakpoint
CREATE TABLE "lobby_members" (
	"lobby_id" text NOT NULL,
	"player_id" text PRIMARY KEY NOT NULL,
	"ready" boolean DEFAULT false NOT NULL,
	"team" text,
	"connected" boolean DEFAULT true NOT NULL,
	"away_since" timestamp (3) with time zone,
	"data_public" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"data_members" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"joined_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"joined_seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "lobby_members_joined_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
);
--> statement-breakpoint
CREATE TABLE "lobby_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"lobby_id" text NOT NULL,
	"player_id" text NOT NULL,
	"display_name" text NOT NULL,
	"text" text NOT NULL,
	"sent_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "lobby_messages_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
);
--> statement-breakpoint
CREATE TABLE "match_seats" (
	"match_id" text NOT NULL,
	"index" smallint NOT NULL,
	"player_id" text,
	"display_name" text NOT NULL,
	"team" text,
	"is_bot" boolean DEFAULT false NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL,
	"given_up_at" timestamp (3) with time zone,
	CONSTRAINT "match_seats_match_id_index_pk" PRIMARY KEY("match_id","index"),
	CONSTRAINT "match_seats_player" UNIQUE("match_id","player_id")
);
--> statement-breakpoint
CREATE TABLE "matches" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"game" text NOT NULL,
	"lobby_id" text,
	"state" text NOT NULL,
	"reason" text,
	"private" boolean DEFAULT false NOT NULL,
	"settings" jsonb NOT NULL,
	"seed" bigint NOT NULL,
	"compat" text NOT NULL,
	"owner" text,
	"epoch" integer DEFAULT 0 NOT NULL,
	"deaths" smallint DEFAULT 0 NOT NULL,
	"reserved_until" timestamp (3) with time zone,
	"result" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "players" (
	"id" text PRIMARY KEY NOT NULL,
	"display_name" text NOT NULL,
	"kind" text NOT NULL,
	"device_key_hash" "bytea",
	"rev" integer DEFAULT 0 NOT NULL,
	"banned_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "players_device_key_hash_unique" UNIQUE("device_key_hash")
);
--> statement-breakpoint
CREATE TABLE "presence_clock" (
	"id" smallint PRIMARY KEY NOT NULL,
	"judged_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"incarnation" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"build" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"rotated_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" text PRIMARY KEY NOT NULL,
	"lobby_id" text NOT NULL,
	"reporter_id" text NOT NULL,
	"player_id" text NOT NULL,
	"reason" text NOT NULL,
	"message_id" text,
	"message_text" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"player_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "lobby_bans" ADD CONSTRAINT "lobby_bans_lobby_id_lobbies_id_fk" FOREIGN KEY ("lobby_id") REFERENCES "public"."lobbies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lobby_members" ADD CONSTRAINT "lobby_members_lobby_id_lobbies_id_fk" FOREIGN KEY ("lobby_id") REFERENCES "public"."lobbies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lobby_members" ADD CONSTRAINT "lobby_members_player_id_players_id_fk" FOREIGN KEY ("player_id") REFERENCES "public"."players"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lobby_messages" ADD CONSTRAINT "lobby_messages_lobby_id_lobbies_id_fk" FOREIGN KEY ("lobby_id") REFERENCES "public"."lobbies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "match_seats" ADD CONSTRAINT "match_seats_match_id_matches_id_fk" FOREIGN KEY ("match_id") REFERENCES "public"."matches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_player_id_players_id_fk" FOREIGN KEY ("player_id") REFERENCES "public"."players"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "lobbies_code" ON "lobbies" USING btree ("code") WHERE state <> 'closed';--> statement-breakpoint
CREATE INDEX "lobbies_list" ON "lobbies" USING btree ("state","created_at","id");--> statement-breakpoint
CREATE INDEX "lobbies_list_game" ON "lobbies" USING btree ("game","state","created_at","id");--> statement-breakpoint
CREATE INDEX "lobbies_countdown" ON "lobbies" USING btree ("countdown_ends_at") WHERE state = 'countdown';--> statement-breakpoint
CREATE INDEX "lobbies_empty" ON "lobbies" USING btree ("empty_since") WHERE state in ('open', 'countdown');--> statement-breakpoint
CREATE INDEX "lobbies_match" ON "lobbies" USING btree ("match_id");--> statement-breakpoint
CREATE INDEX "lobby_members_lobby" ON "lobby_members" USING btree ("lobby_id","joined_seq");--> statement-breakpoint
CREATE INDEX "lobby_members_away" ON "lobby_members" USING btree ("away_since");--> statement-breakpoint
CREATE INDEX "lobby_messages_lobby" ON "lobby_messages" USING btree ("lobby_id","seq");--> statement-breakpoint
CREATE INDEX "match_seats_history" ON "match_seats" USING btree ("player_id","match_id");--> statement-breakpoint
CREATE INDEX "matches_owner" ON "matches" USING btree ("owner") WHERE state in ('reserved', 'playing');--> statement-breakpoint
CREATE INDEX "matches_state" ON "matches" USING btree ("state","game","id");--> statement-breakpoint
CREATE INDEX "matches_lobby" ON "matches" USING btree ("lobby_id");--> statement-breakpoint
CREATE INDEX "players_banned" ON "players" USING btree ("id") WHERE banned_at is not null;--> statement-breakpoint
CREATE INDEX "refresh_tokens_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_expiry" ON "refresh_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_player" ON "sessions" USING btree ("player_id");--> statement-breakpoint
CREATE INDEX "sessions_ended" ON "sessions" USING btree ("ended_at") WHERE ended_at is not null;