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

        var problem = refused.Errors.Count > 0
            ? Problems.Invalid(refused.Status, refused.Code, refused.Message, refused.Errors)
            : Problems.Create(refused.Status, refused.Code, refused.Message);
        await problem.ExecuteAsync(context);
        return true;
    }
}
