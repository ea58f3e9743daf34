using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Sessions;

/// <summary><c>CodeCrafter:Sessions</c>.</summary>
internal sealed class SessionOptions
{
    /// <summary>The language of a session that names none.</summary>
    [Required]
    public string DefaultLanguage { get; init; } = "javascript";

    /// <summary>The most that a session's own <c>settings.maxParticipants</c> may allow.</summary>
    [Range(1, 10_000)]
    public int MaxParticipants { get; init; } = 200;

    /// <summary>What it is where nothing is said.</summary>
    [Range(1, 10_000)]
    public int DefaultMaxParticipants { get; init; } = 50;

    [Range(1, 10_000)]
    public int MaxFiles { get; init; } = 100;

    /// <summary>All files of a new session together, in UTF-8.</summary>
    [Range(1, 64 << 20)]
    public int MaxDocumentBytes { get; init; } = 1 << 20;
}
