using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelL4.Server.Admin;

/// <summary>Keeps the connections of a door below a number: the one whose last request is longest ago gives way to the one that comes.</summary>
/// <remarks>
/// To refuse the one that comes would let whoever holds connections open keep out the one who asks whether the process turns, and who ends
/// the node, with all its clients, when nobody answers.
/// </remarks>
/// <param name="most">The most connections that are open at once. 1 or more.</param>
internal sealed class AdminPlaces(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _byUse = [];

    /// <summary>Puts the places before HTTP.</summary>
    public void Guard(ListenOptions listen) => listen.Use(next => connection => PassAsync(connection, next));

    /// <summary>Takes note that a connection is of use.</summary>
    public static void Use(HttpContext context) => context.Features.Get<Place>()?.Use();

    private async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        LinkedListNode<ConnectionContext> link = new(connection);
        Enter(link)?.Abort(new ConnectionAbortedException("It gave way to another."));
        connection.Features.Set(new Place(this, link));
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(link);
        }
    }

    // The one that has to go, if any has.
    private ConnectionContext? Enter(LinkedListNode<ConnectionContext> link)
    {
        lock (_lock)
        {
            ConnectionContext? oldest = _byUse.Count < most ? null : _byUse.First!.Value;
            if (oldest is not null)
            {
                _byUse.RemoveFirst();
            }

            _byUse.AddLast(link);
            return oldest;
        }
    }

    private void Leave(LinkedListNode<ConnectionContext> link)
    {
        lock (_lock)
        {
            if (link.List is not null)
            {
                _byUse.Remove(link);
            }
        }
    }

    private void MoveBack(LinkedListNode<ConnectionContext> link)
    {
        lock (_lock)
        {
            if (link.List is not null)
            {
                _byUse.Remove(link);
                _byUse.AddLast(link);
            }
        }
    }

    private sealed class Place(AdminPlaces places, LinkedListNode<ConnectionContext> link)
    {
        public void Use() => places.MoveBack(link);
    }
}
