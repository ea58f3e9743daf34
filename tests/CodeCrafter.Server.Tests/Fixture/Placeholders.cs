using System.Collections.Concurrent;
using System.Collections.Frozen;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>TEMPORARY: stand in for Collaboration and Execution until they register the real ones; then delete this file.</summary>
internal static class Placeholders
{
    public static void AddPlaceholders(this IServiceCollection services)
    {
        services.TryAddSingleton<ISessionDocuments, MemoryDocuments>();
        services.TryAddSingleton<ISessionPresence, NobodyOnline>();
        services.TryAddSingleton(new LanguageCatalog(
        [
            new Language { Id = "javascript", Name = "JavaScript", FileName = "main.js", Sample = "console.log('Hello');\n", Aliases = ["js"] },
            new Language { Id = "python", Name = "Python", FileName = "main.py", Sample = "print('Hello')\n", Aliases = ["py"] },
        ]));
    }

    private sealed class MemoryDocuments : ISessionDocuments
    {
        private readonly ConcurrentDictionary<Guid, DocumentContent> _documents = new();

        public Task CreateAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken)
        {
            _documents[sessionId] = content;
            return Task.CompletedTask;
        }

        public Task<DocumentContent> ReadAsync(Guid sessionId, CancellationToken cancellationToken) =>
            Task.FromResult(_documents[sessionId]);

        public Task SetLanguageAsync(Guid sessionId, string language, CancellationToken cancellationToken)
        {
            _documents[sessionId] = _documents[sessionId] with { Language = language };
            return Task.CompletedTask;
        }
    }

    private sealed class NobodyOnline : ISessionPresence
    {
        public IReadOnlySet<Guid> OnlineIn(Guid sessionId) => FrozenSet<Guid>.Empty;
    }
}
