using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CodeCrafter.Server.Storage.Sql.Migrations
{
    /// <inheritdoc />
    public partial class Recordings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            KeepAllSnapshots(migrationBuilder);

            migrationBuilder.AddColumn<byte[]>(
                name: "AuthorId",
                table: "document_updates",
                type: "BLOB",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Previous",
                table: "document_updates",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "document_authors",
                columns: table => new
                {
                    SessionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Username = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_document_authors", x => new { x.SessionId, x.UserId });
                });

            migrationBuilder.CreateTable(
                name: "document_compactions",
                columns: table => new
                {
                    SessionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    Until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_document_compactions", x => x.SessionId);
                });

            migrationBuilder.CreateTable(
                name: "session_journal",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    SessionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Username = table.Column<string>(type: "TEXT", nullable: false),
                    Role = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_session_journal", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_session_journal_SessionId_At",
                table: "session_journal",
                columns: new[] { "SessionId", "At" });
        }

        // By hand, and not by a rebuild of the table, which would come after the statement that fills the times.
        private static void KeepAllSnapshots(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameTable(name: "document_snapshots", newName: "document_snapshots_before");
            migrationBuilder.CreateTable(
                name: "document_snapshots",
                columns: table => new
                {
                    SessionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    SavedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Checksum = table.Column<long>(type: "INTEGER", nullable: true),
                    State = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_document_snapshots", x => new { x.SessionId, x.Sequence });
                });
            // A snapshot was stored when its last update had been.
            migrationBuilder.Sql("""
                INSERT INTO document_snapshots ("SessionId", "Sequence", "SavedAt", "Checksum", "State")
                SELECT "SessionId", "Sequence", COALESCE(
                    (SELECT MAX(u."SavedAt") FROM document_updates u WHERE u."SessionId" = s."SessionId" AND u."Sequence" <= s."Sequence"), 0), "Checksum", "State"
                FROM document_snapshots_before s
                """);
            migrationBuilder.DropTable(name: "document_snapshots_before");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "document_authors");

            migrationBuilder.DropTable(
                name: "document_compactions");

            migrationBuilder.DropTable(
                name: "session_journal");

            migrationBuilder.Sql("""
                DELETE FROM document_snapshots WHERE "Sequence" <
                    (SELECT MAX(newer."Sequence") FROM document_snapshots newer WHERE newer."SessionId" = document_snapshots."SessionId")
                """);

            migrationBuilder.DropPrimaryKey(
                name: "PK_document_snapshots",
                table: "document_snapshots");

            migrationBuilder.DropColumn(
                name: "AuthorId",
                table: "document_updates");

            migrationBuilder.DropColumn(
                name: "Previous",
                table: "document_updates");

            migrationBuilder.DropColumn(
                name: "SavedAt",
                table: "document_snapshots");

            migrationBuilder.AddPrimaryKey(
                name: "PK_document_snapshots",
                table: "document_snapshots",
                column: "SessionId");
        }
    }
}
