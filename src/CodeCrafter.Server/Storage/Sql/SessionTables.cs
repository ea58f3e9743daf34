using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Invitations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SessionTable : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.Property(session => session.Id).ValueGeneratedNever();
        builder.Property(session => session.Version).IsConcurrencyToken();
        builder.Property(session => session.SearchText);
        builder.Ignore(session => session.Owner);
        builder.HasIndex(session => new { session.IsPublic, session.LastActivity });
        builder.HasIndex(session => session.DeletedAt);
        // What is there already keeps its meaning.
        builder.Property(session => session.RunRole).HasDefaultValue(SessionRole.Editor).HasSentinel(default(SessionRole));
        builder.Property(session => session.ChatRole).HasDefaultValue(SessionRole.Viewer).HasSentinel(default(SessionRole));
        builder.Property(session => session.AutoSaveMinutes).HasDefaultValue(Session.DefaultAutoSaveMinutes).HasSentinel(0);
        builder.Property(session => session.SettingsVersion).HasDefaultValue(1).HasSentinel(0);
        builder.OwnsMany(session => session.Participants, participant =>
        {
            participant.ToTable("participants");
            participant.WithOwner().HasForeignKey("SessionId");
            participant.HasKey("SessionId", nameof(Participant.UserId));
            participant.Property(row => row.UserId).ValueGeneratedNever();
            // No foreign key: guests are in no table of users.
            participant.HasIndex(row => row.UserId);
        });
        builder.OwnsMany(session => session.Invitations, invitation =>
        {
            invitation.ToTable("invitations");
            invitation.WithOwner().HasForeignKey("SessionId");
            invitation.HasKey("SessionId", nameof(Invitation.Id));
            invitation.Property(row => row.Id).ValueGeneratedNever();
        });
    }
}
