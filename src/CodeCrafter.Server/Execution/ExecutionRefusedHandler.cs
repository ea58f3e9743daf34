using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Diagnostics;

namespace CodeCrafter.Server.Execution;

/// <summary>Answers a refused run with its problem detail.</summary>
internal sealed class ExecutionRefusedHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not ExecutionRefusedException refused)
        {
            return false;
        }

        if (refused.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = RateLimits.RetryAfterSeconds(wait);
        }

        await Problems.Create(refused.Status, refused.Code, refused.Message).ExecuteAsync(context);
        return true;
    }
}
