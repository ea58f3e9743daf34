namespace CodeCrafter.Server.Platform;

/// <param name="Page">From 1.</param>
/// <param name="Limit">Items on a page.</param>
/// <param name="Total">Items on all pages.</param>
/// <param name="TotalPages">Pages.</param>
internal sealed record PaginationResponse(int Page, int Limit, int Total, int TotalPages)
{
    public static PaginationResponse Of(int page, int limit, int total) => new(page, limit, total, (total + limit - 1) / limit);
}
