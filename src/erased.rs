//! Traits with async methods are not dyn-compatible. These macros generate boxed versions of them
//! from one list of methods: `argument: [&] Type` is `argument: &Type`, and `argument: [] Type` is
//! taken by value. A lifetime in a type is `'a`, that of the receiver.

/// Declares the boxed version of a public trait, which every implementor of that trait implements.
/// The form with `and Arc` also implements the public trait for an `Arc` of any implementor.
macro_rules! erased {
    ($visibility:vis trait $erased:ident of $trait:ident and Arc { $($methods:tt)+ }) => {
        erased! { $visibility trait $erased of $trait { $($methods)+ } }

        impl<T: $trait> $trait for ::std::sync::Arc<T> {
            forward! { |this| **this; $($methods)+ }
        }
    };
    (
        $(#[$meta:meta])*
        $visibility:vis trait $erased:ident of $trait:ident $(with $parent:ident)? {
            $(fn $method:ident($($argument:ident: [$($by:tt)?] $type:ty),+) -> $output:ty;)+
        }
    ) => {
        $(#[$meta])*
        $visibility trait $erased: $($parent +)? Send + Sync {
            $(fn $method<'a>(
                &'a self,
                $($argument: $($by 'a)? $type),+
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>>;)+
        }

        impl<T: $trait> $erased for T {
            $(fn $method<'a>(
                &'a self,
                $($argument: $($by 'a)? $type),+
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>> {
                Box::pin(<T as $trait>::$method(self, $($argument),+))
            })+
        }
    };
}

/// Generates all methods of a trait within an `impl`; each forwards to another implementor.
macro_rules! forward {
    (
        |$this:ident| $other:expr;
        $(fn $method:ident($($argument:ident: [$($by:tt)?] $type:ty),+) -> $output:ty;)+
    ) => {
        $(#[allow(clippy::needless_lifetimes, reason = "some types name it")]
        fn $method<'a>(
            &'a self,
            $($argument: $($by)? $type),+
        ) -> impl Future<Output = $output> + Send {
            let $this = self;
            ($other).$method($($argument),+)
        })+
    };
}
