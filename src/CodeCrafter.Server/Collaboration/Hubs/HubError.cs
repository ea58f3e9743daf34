using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>Errors of the hub: a message of the form <c>code: words</c>, with the codes of the HTTP API.</summary>
internal static class HubError
{
    public static HubException Create(string code, string words) => new($"{code}: {words}");

    public static HubException SessionNotFound() => Create("session_not_found", "There is no such session.");

    public static HubException NotJoined() => Create("not_joined", "Join the session first.");
}

/// <summary>
/// Turns refused runs into errors that the client may read, and logs faults of ours. SignalR's own log of them is off: it
/// does not tell a fault from a refusal, so any caller could fill it.
/// </summary>
internal sealed partial class HubErrorFilter(IStorageFaults faults, ILogger<HubErrorFilter> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (ExecutionRefusedException refused)
        {
            throw HubError.Create(refused.Code, refused.Message);
        }
        catch (Exception exception) when (exception is not HubException)
        {
            LogFailed(exception, invocationContext.HubMethodName);
            if (faults.Of(exception) is { } fault)
            {
                throw HubError.Create(fault.Code, fault.Words);
            }

            if (exception is CorruptDocumentException)
            {
                throw HubError.Create(CorruptDocumentHandler.Code, CorruptDocumentHandler.Words);
            }

            throw;
        }
    }

    [LoggerMessage(LogLevel.Error, "The hub's method {Method} failed")]
    private partial void LogFailed(Exception exception, string method);
}
