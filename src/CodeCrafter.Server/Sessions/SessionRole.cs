namespace CodeCrafter.Server.Sessions;

/// <summary>What a participant may do in a session, weakest first: a higher value may do all that a lower one may.</summary>
internal enum SessionRole
{
    /// <summary>Reads.</summary>
    Viewer = 1,
    /// <summary>Edits and runs.</summary>
    Editor = 2,
    /// <summary>Manages participants and settings.</summary>
    Admin = 3,
    /// <summary>Also deletes. Every session has one.</summary>
    Owner = 4,
}
