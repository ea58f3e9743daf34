using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Storage;

/// <summary>Settings under <c>CodeCrafter:Storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>Seconds that a write waits for a database that somebody else has locked, before it fails.</summary>
    [Range(1, 600)]
    public int BusySeconds { get; init; } = 10;
}
