using System.Net.Http.Json;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SessionEventTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_stored_change_is_published_once_and_refused_ones_never()
    {
        // Without Collaboration, which drains the events.
        var events = new SessionEvents(new Microsoft.AspNetCore.Http.HttpContextAccessor());
        await using var server = await TestServer.StartAsync(options => options.Services = services =>
        {
            foreach (var reader in services.Where(service => service.ImplementationType?.Namespace?.StartsWith("CodeCrafter.Server.Collaboration", StringComparison.Ordinal) == true && service.ServiceType == typeof(IHostedService)).ToArray())
            {
                services.Remove(reader);
            }

            services.Replace(ServiceDescriptor.Singleton(events));
        });
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        var url = $"/api/sessions/{session.Id}";

        await bob.JoinAsync(session);
        await bob.JoinAsync(session);
        using var refused = await bob.Http.PutAsJsonAsync(url, new { title = "Mine" }, Stop);
        await refused.MustBeAsync(403);
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        using var changed = await alice.Http.PutAsJsonAsync(url, new { title = "Ours" }, Stop);
        await changed.MustBeAsync(200);
        using var left = await bob.Http.PostAsync($"{url}/leave", null, Stop);
        await left.MustBeAsync(204);
        await alice.PutParticipantAsync(session.Id, bob, "admin");
        using var removed = await alice.Http.DeleteAsync($"{url}/participants/{bob.Id}", Stop);
        await removed.MustBeAsync(204);
        using var deleted = await alice.Http.DeleteAsync(url, Stop);
        await deleted.MustBeAsync(204);

        var published = new List<SessionEvent>();
        while (events.Reader.TryRead(out var one))
        {
            published.Add(one);
        }

        Assert.Equal(
            [
                new ParticipantAdded(session.Id, bob.Id, "bob", SessionRole.Editor),
                new ParticipantRoleChanged(session.Id, bob.Id, "bob", SessionRole.Viewer),
                new SessionChanged(session.Id),
                new ParticipantRemoved(session.Id, bob.Id, "bob", ByOwnWish: true),
                new ParticipantAdded(session.Id, bob.Id, "bob", SessionRole.Admin),
                new ParticipantRemoved(session.Id, bob.Id, "bob", ByOwnWish: false),
                new SessionRemoved(session.Id),
            ],
            published);
    }}
