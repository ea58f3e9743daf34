using Microsoft.AspNetCore.Diagnostics;

namespace CodeCrafter.Server.Platform;

/// <summary>Why nothing can be stored at the moment. What is stored can still be read.</summary>
/// <param name="Status">Of the HTTP answer.</param>
/// <param name="Code">Of the problem, the hub's error, or the refusal on a document socket.</param>
/// <param name="Words">For people.</param>
internal sealed record StorageFault(int Status, string Code, string Words)
{
    public static readonly StorageFault Full = new(
        StatusCodes.Status507InsufficientStorage, "storage_full", "The server's disk is full. Everything can be read, but nothing saved until there is room.");

    public static readonly StorageFault Busy = new(
        StatusCodes.Status503ServiceUnavailable, "storage_busy", "The server's database is locked. Nothing was saved; try again.");

    public static readonly StorageFault Failing = new(
        StatusCodes.Status503ServiceUnavailable, "storage_failing", "The server cannot save anything at the moment. Try again later.");
}

/// <summary>Tells faults of the storage from faults of ours; Storage implements it.</summary>
internal interface IStorageFaults
{
    /// <summary>The fault that this exception tells of; null where it tells of another.</summary>
    StorageFault? Of(Exception exception);
}

/// <summary>Nothing can be stored at the moment.</summary>
internal sealed class StorageUnavailableException(StorageFault fault) : Exception(fault.Words)
{
    public StorageFault Fault { get; } = fault;
}

/// <summary>Answers a request that could not be stored with what is wrong.</summary>
internal sealed partial class StorageFaultHandler(IStorageFaults faults, ILogger<StorageFaultHandler> logger) : IExceptionHandler
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (faults.Of(exception) is not { } fault)
        {
            return false;
        }

        LogNotStored(exception, context.Request.Method, context.Request.Path, fault.Code);
        context.Response.Headers.RetryAfter = RateLimits.RetryAfterSeconds(_retryAfter);
        await Problems.Create(fault.Status, fault.Code, fault.Words).ExecuteAsync(context);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path}: {Code}")]
    private partial void LogNotStored(Exception exception, string method, string path, string code);
}
