using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Sessions;
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
        builder.OwnsMany(session => session.Participants, participant =>
        {
            participant.ToTable("participants");
            participant.WithOwner().HasForeignKey("SessionId");
            participant.HasKey("SessionId", nameof(Participant.UserId));
            participant.Property(row => row.UserId).ValueGeneratedNever();
            participant.HasIndex(row => row.UserId);
            participant.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
