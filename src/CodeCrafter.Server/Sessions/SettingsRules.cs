using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions;

/// <summary>A session's settings between the API and the session.</summary>
internal static class SettingsRules
{
    /// <summary>Limits of the server that no attribute knows.</summary>
    public static ProblemHttpResult? Check(SettingsRequest? settings, SessionOptions options) =>
        settings?.MaxParticipants is { } participants && (participants < 1 || participants > options.MaxParticipants)
            ? Problems.Invalid("settings.maxParticipants", $"'maxParticipants' must be from 1 to {options.MaxParticipants}.")
            : null;

    /// <summary>What is left out stays as it is.</summary>
    public static void Apply(SettingsRequest? settings, Session session)
    {
        if (settings is null)
        {
            return;
        }

        session.MaxParticipants = settings.MaxParticipants ?? session.MaxParticipants;
        session.AutoSave = settings.AutoSave ?? session.AutoSave;
        session.AutoSaveMinutes = settings.AutoSaveMinutes ?? session.AutoSaveMinutes;
        session.PublicRole = Parse(settings.PublicRole) ?? session.PublicRole;
        session.RunRole = Parse(settings.RunRole) ?? session.RunRole;
        session.ChatRole = Parse(settings.ChatRole) ?? session.ChatRole;
        session.AllowGuests = settings.AllowGuests ?? session.AllowGuests;
    }

    /// <summary>Gives one session the settings of another.</summary>
    public static void Copy(Session from, Session to)
    {
        to.MaxParticipants = from.MaxParticipants;
        to.AutoSave = from.AutoSave;
        to.AutoSaveMinutes = from.AutoSaveMinutes;
        to.PublicRole = from.PublicRole;
        to.RunRole = from.RunRole;
        to.ChatRole = from.ChatRole;
        to.AllowGuests = from.AllowGuests;
    }

    public static SettingsResponse Describe(Session session) => new(
        session.MaxParticipants,
        session.AutoSave,
        session.AutoSaveMinutes,
        session.PublicRole,
        session.RunRole,
        session.ChatRole,
        session.AllowGuests);

    private static SessionRole? Parse(string? role) => role is null ? null : Enum.Parse<SessionRole>(role, ignoreCase: true);
}
