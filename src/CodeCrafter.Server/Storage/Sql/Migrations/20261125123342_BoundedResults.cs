using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CodeCrafter.Server.Storage.Sql.Migrations
{
    /// <inheritdoc />
    public partial class BoundedResults : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_executions_SessionId_CreatedAt",
                table: "executions");

            migrationBuilder.AddColumn<bool>(
                name: "IsShortened",
                table: "executions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "Size",
                table: "executions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "execution_details",
                columns: table => new
                {
                    ExecutionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Content = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_execution_details", x => x.ExecutionId);
                    table.ForeignKey(
                        name: "FK_execution_details_executions_ExecutionId",
                        column: x => x.ExecutionId,
                        principalTable: "executions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_executions_SessionId_CreatedAt_Size",
                table: "executions",
                columns: new[] { "SessionId", "CreatedAt", "Size" });

            migrationBuilder.CreateIndex(
                name: "IX_executions_UserId_CreatedAt_Size",
                table: "executions",
                columns: new[] { "UserId", "CreatedAt", "Size" });

            MoveLongTexts(migrationBuilder);
        }

        // What was stored before as the server stores it now: counted, and long texts in the new table, of which the row
        // keeps nothing here.
        private static void MoveLongTexts(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                UPDATE executions SET Size = 1024 + length(Files) + length(coalesce(Compile, '')) + length(coalesce(Run, ''))
                    + length(coalesce(TestCases, ''))
                    + (SELECT coalesce(sum(length(Content)), 0) FROM execution_files WHERE ExecutionId = Id);

                INSERT INTO execution_details (ExecutionId, Content)
                SELECT Id, CAST('{"files":' || Files || ',"compile":' || coalesce(Compile, 'null') || ',"run":' || coalesce(Run, 'null')
                    || ',"testCases":' || coalesce(TestCases, 'null') || '}' AS BLOB)
                FROM executions
                WHERE length(Files) + length(coalesce(Compile, '')) + length(coalesce(Run, '')) + length(coalesce(TestCases, '')) > 32768;

                UPDATE executions SET
                    IsShortened = 1,
                    Files = (SELECT json_group_array(json_set(value, '$.content', '', '$.truncated', json('true'))) FROM json_each(Files)),
                    Compile = json_set(Compile, '$.stdout', '', '$.stderr', '', '$.stdoutTruncated', json('true'), '$.stderrTruncated', json('true')),
                    Run = json_set(Run, '$.stdout', '', '$.stderr', '', '$.stdoutTruncated', json('true'), '$.stderrTruncated', json('true')),
                    TestCases = CASE WHEN TestCases IS NULL THEN NULL ELSE (
                        SELECT json_group_array(json_set(
                            CASE WHEN json_type(value, '$.run') = 'object'
                                THEN json_set(value, '$.run.stdout', '', '$.run.stderr', '', '$.run.stdoutTruncated', json('true'), '$.run.stderrTruncated', json('true'))
                                ELSE json(value) END,
                            '$.stdin', '', '$.expectedOutput', ''))
                        FROM json_each(TestCases)) END
                WHERE Id IN (SELECT ExecutionId FROM execution_details);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "execution_details");

            migrationBuilder.DropIndex(
                name: "IX_executions_SessionId_CreatedAt_Size",
                table: "executions");

            migrationBuilder.DropIndex(
                name: "IX_executions_UserId_CreatedAt_Size",
                table: "executions");

            migrationBuilder.DropColumn(
                name: "IsShortened",
                table: "executions");

            migrationBuilder.DropColumn(
                name: "Size",
                table: "executions");

            migrationBuilder.CreateIndex(
                name: "IX_executions_SessionId_CreatedAt",
                table: "executions",
                columns: new[] { "SessionId", "CreatedAt" });
        }
    }
}
