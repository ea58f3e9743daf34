using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CodeCrafter.Server.Storage.Sql.Migrations
{
    /// <inheritdoc />
    public partial class PublicLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "PublicReaderId",
                table: "sessions",
                newName: "PublicLink");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "PublicLink",
                table: "sessions",
                newName: "PublicReaderId");
        }
    }
}
