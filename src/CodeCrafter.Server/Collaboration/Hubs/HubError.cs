using CodeCrafter.Server.Execution;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>Errors of the hub: a message of the form <c>code: words</c>, with the codes of the HTTP API.</summary>
internal static class HubError
{
    public static HubException Create(string code, string words) => new($"{code}: {words}");

    public static HubException SessionNotFound() => Create("session_not_found", "There is no such session.");

    public static HubException NotJoined() => Create("not_joined", "Join the session first.");
}

/// <summary>Turns refused runs into errors that the client may read.</summary>
internal sealed class HubErrorFilter : IHubFilter
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
    }
}
