#if ${IMMEDIATES}
requires immediate_address_space;
#endif
