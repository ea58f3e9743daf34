using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CodeCrafter.Server.Storage.Sql.Migrations
{
    /// <inheritdoc />
    public partial class DocumentChecksums : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Checksum",
                table: "document_updates",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Checksum",
                table: "document_snapshots",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Checksum",
                table: "document_updates");

            migrationBuilder.DropColumn(
                name: "Checksum",
                table: "document_snapshots");
        }
    }
}
